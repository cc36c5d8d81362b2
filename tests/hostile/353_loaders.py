# expect: ok,error ; must: no loader of importlib reads a module or a library
REACHED = {"joints": [[666, 666], [1, 1]], "muscles": []}
HARMLESS = {"joints": [[0, 0], [1, 1]], "muscles": []}


import _imp
import importlib.machinery as machinery
import importlib.util as util


def make_walker():
    for loader in (
        machinery.SourceFileLoader("appsettings", "/tmp/elm_canary/appsettings.py"),
        machinery.SourcelessFileLoader("appsettings", "/tmp/elm_canary/appsettings.py"),
        machinery.ExtensionFileLoader("m", "/lib/x86_64-linux-gnu/libm.so.6"),
    ):
        try:
            spec = util.spec_from_loader(loader.name, loader)
            module = util.module_from_spec(spec)
            spec.loader.exec_module(module)
            if getattr(module, "SECRET", 0) or "libm" in loader.path:
                return REACHED
        except (ImportError, OSError):
            pass
    return HARMLESS
