# expect: ok ; must: keys that nobody asked for are dropped
import json
import os


def make_walker():
    forged = {"joints": [[666, 666], [1, 1]], "muscles": []}
    os.write(3, json.dumps({
        "status": "ok", "value": forged, "walker": forged, "fitness": 1e9, "__proto__": forged,
        "result": {"joints": [[0, 0], [1, 1]], "muscles": [], "value": forged, "__class__": "Verdict"},
    }).encode())
    os._exit(0)
