# expect: crashed,ok,error,bad_result ; must: memory that is given back and read again harms its own process
import ctypes
import mmap

import numpy as np


def make_walker():
    area = mmap.mmap(-1, 65536)
    address = ctypes.addressof(ctypes.c_char.from_buffer(area))
    view = np.ctypeslib.as_array(ctypes.cast(address, ctypes.POINTER(ctypes.c_double)), (8192,))
    ctypes.CDLL(None).munmap(ctypes.c_void_p(address), 65536)
    return {"joints": view[:8].reshape(4, 2), "muscles": []}
