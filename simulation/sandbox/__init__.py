"""Run untrusted, model-written Python programs (Linux).

    application  --Popen, clean environment-->  launcher  (guards; dies with the application)
                                                   | namespaces, uid, empty root
                                                zygote    (Landlock, seccomp, self-test, report)
                                                   | fork per program
                                                child     (limits, narrower seccomp, program)

Program text and results go between application and child only. The verdict comes from the
zygote's ``wait4``; what a child writes is data and is read as strict JSON. Not covered: faults in
the about 40 system calls that a program may make, and side channels of the processor.
"""

from .client import Sandbox, check_sandbox
from .ladder import Tier, explain
from .verdict import Limits, SandboxUnavailable, Status, Verdict

__all__ = [
    "Limits",
    "Sandbox",
    "SandboxUnavailable",
    "Status",
    "Tier",
    "Verdict",
    "check_sandbox",
    "explain",
]
