"""Run untrusted, model-written Python programs (Linux).

    application  --Popen, clean environment-->  launcher  (guards; dies with the application)
                                                   | namespaces, uid, empty root
                                                zygote    (Landlock, seccomp, self-test, report)
                                                   | fork per program
                                                child     (limits, narrower seccomp, program)

``open_sandbox`` gives what the environment asks for: a pool of these, or the same at a service
(``service``, ``remote``) in a container of its own.

Program text and results go between application and child only. The verdict comes from the
zygote's ``wait4``; what a child writes is data and is read as strict JSON. Not covered: faults in
the about 40 system calls that a program may make, and side channels of the processor.
"""

from .client import Sandbox
from .environment import check_sandbox, open_sandbox, read_setting
from .ladder import Tier, explain
from .pool import SandboxPool
from .remote import RemoteSandbox
from .verdict import Limits, SandboxUnavailable, Status, Verdict

__all__ = [
    "Limits",
    "RemoteSandbox",
    "Sandbox",
    "SandboxPool",
    "SandboxUnavailable",
    "Status",
    "Tier",
    "Verdict",
    "check_sandbox",
    "explain",
    "open_sandbox",
    "read_setting",
]
