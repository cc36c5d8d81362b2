# expect: error,crashed,timeout,cpu_limit ; must: an overflowing C stack ends only this program
import sys


def make_walker():
    sys.setrecursionlimit(10**8)

    class Node:
        def __repr__(self):
            return repr([self])

    return {"joints": [[len(repr(Node())), 0], [1, 1]], "muscles": []}
