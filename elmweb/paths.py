"""Where ELMWeb keeps its things: one data folder, one short runtime folder for sockets."""

import hashlib
import os
import tempfile
from pathlib import Path

from elmweb import env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("ELMWEB_DATA", str(BASE_DIR / "data"))).expanduser().resolve()
# Folders of installed and fine-tuned models; with a bucket in ELMWEB_MODELS, this host's copies.
MODELS_DIR = env.folder("ELMWEB_MODELS") or DATA_DIR / "models"


def ensure_data_dir() -> Path:
    """Return the data folder, made with mode 0700 when absent; new files are for its owner only."""
    os.umask(0o077)  # sessions are in the database: who reads it is logged in
    DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    return DATA_DIR


def broker_socket() -> Path:
    """Return the path of the embedded broker's unix socket.

    Not in the data folder: AF_UNIX paths end at 107 bytes, so a short folder named after a hash
    of the data folder serves, below the temporary folder and private to this user.
    """
    digest = hashlib.sha256(str(DATA_DIR).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"elmweb-{os.getuid()}" / f"{digest}.sock"
