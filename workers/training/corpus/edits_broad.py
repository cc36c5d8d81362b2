"""The edit operators that the broad families are edited with: those of ``messages`` and more."""

from workers.training.corpus import building as B
from workers.training.corpus import messages
from workers.training.corpus import retabling as T
from workers.training.corpus import rewriting as R

_WAVE = ("Use a wave", "Let the muscles follow a wave", "Make the muscles a function of the index")
# operator, weight, whether it is a small change, messages
EDITS_BROAD = (
    (R.name_other_constant, 1, True, ("Introduce a constant and change it", "Make a number a constant and tune it")),
    (R.compute_number, 2.5, True, ("Compute a number", "Replace a number by a formula", "Use a formula instead of a number")),
    (R.oscillate, 2, True, _WAVE),
    (R.mirror, 1, False, ("Mirror the body", "Flip the walker", "Turn the body around", "Mirror the walker")),
    (R.scale_body, 1, False, ("Add a scale factor", "Scale all coordinates", "Make the size a constant")),
    (R.cross, 1.5, True, ("Swap joints of two muscles", "Swap two joints", "Cross two muscles")),
    (R.limit, 2, True, ("Change a limit", "Change a bound", "Change how far the loop goes")),
    (R.negate, 0.8, True, ("Negate a condition", "Change a condition", "Invert a test")),
    (T.respell, 3, True, ("Change the pattern", "Change the string that draws the body", "Edit the layout")),
    (T.copy_row, 2, False, ("Add a row to the table", "Add an entry", "Copy a row with other numbers")),
    (T.move_row, 2, True, ("Move a point", "Change a row of the table", "Change an entry")),
    (B.copy_limb, 2.5, False, ("Copy a limb", "Duplicate a limb with an offset", "Add a second one beside it", "Add another leg")),
    (B.limb_in_loop, 1.5, False, ("Build several of them in a loop", "Repeat a limb in a loop", "Wrap it in a loop")),
    (B.mirror_limb, 1.5, False, ("Mirror a limb", "Add the same limb on the other side", "Make it symmetric")),
    (B.add_helper, 2.5, False, ("Add a helper function", "Add a function and call it", "Write a helper", "Use a helper function")),
    (B.two_rows, 1.5, False, ("Connect two rows", "Join the rows", "Connect the two sides")),
    (B.repeat_call, 1.5, False, ("Repeat a part in a loop", "Build more parts in a loop", "Call the helper in a loop")),
)  # fmt: skip
# these keep the body: only under a message that says so
TIDYING = (
    (R.rename, 1, False, ("Rename a variable", "Use a better name", "Use another name")),
    (R.name_constant, 0.8, False, ("Extract a constant", "Name a number", "Give a number a name")),
    (R.name_local, 0.4, False, ("Extract a variable", "Give a number a name", "Introduce a variable")),
    (B.add_parameter, 0.7, False, ("Add a parameter", "Make a number a parameter", "Add a parameter with a default")),
)  # fmt: skip
BROAD = messages.Choice.of(
    (*messages.EDITS, *EDITS_BROAD, *TIDYING), frozenset(row[0] for row in TIDYING)
)
