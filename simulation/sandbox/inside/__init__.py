"""What runs inside the sandbox's own process: launcher, zygote and child.

These modules use the standard library only and import each other relatively, because the
process that runs them loads this folder as a package of its own (``inside``): nothing of the
application is imported there, so nothing of it can leak into a program.

    launcher   imports what programs may import, gives privileges up, then watches the owner
    zygote     forks one child per program and reports how each child ended
    child      the untrusted side: limits, filter, program, answer
"""
