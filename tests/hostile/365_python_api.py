# expect: ok,error,crashed,bad_result ; must: the interpreter's C interface ends this process at most
import ctypes


def make_walker():
    api = ctypes.pythonapi
    api.PyRun_SimpleString(b"import os; os.system('true > /tmp/elm_hostile_api')")
    api.Py_NewInterpreter()
    api.Py_Finalize()
    return {"joints": [[666, 666], [1, 1]], "muscles": []}
