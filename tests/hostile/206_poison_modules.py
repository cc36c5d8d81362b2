# expect: ok ; must: run twice: modules, hooks and importers that one program changed are as before in the next
import builtins
import sys

import numpy as np


def make_walker():
    import walk_creator

    poisoned = [
        sys.modules.get("json") is None,
        "evil" in sys.modules,
        any(type(finder).__name__ == "Evil" for finder in sys.meta_path),
        getattr(builtins, "evil", False),
        hasattr(np, "evil"),
        hasattr(walk_creator.walker_creator, "evil"),
        hasattr(query_cppn, "evil"),
    ]
    if any(poisoned):
        return {"joints": [[666, 666], [1, 1]], "muscles": []}

    class Evil:
        def find_spec(self, *args):
            return None

    sys.modules["json"] = None
    sys.modules["evil"] = np
    sys.meta_path.insert(0, Evil())
    builtins.evil = np.evil = True
    walk_creator.walker_creator.evil = query_cppn.evil = True
    return {"joints": [[0, 0], [1, 1]], "muscles": []}
