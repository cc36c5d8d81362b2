"""The fate of a candidate: one closed set of words, each with a sentence people understand."""

from enum import StrEnum


class Outcome(StrEnum):
    """How one completion of the model ended; stored with every child and counted by the funnel.

    The first five end before anything runs, the rest in the sandbox, the body builder or the
    physics. ``reason`` beside it says what exactly happened to this one child.
    """

    NO_DIFF = "no_diff"
    DOES_NOT_APPLY = "does_not_apply"
    SYNTAX_ERROR = "syntax_error"
    UNDEFINED_NAME = "undefined_name"
    DUPLICATE = "duplicate"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    FORBIDDEN = "forbidden"
    BAD_RESULT = "bad_result"
    BAD_BODY = "bad_body"
    UNSTABLE = "unstable"
    EVALUATED = "evaluated"

    @property
    def sentence(self) -> str:
        """What this outcome means, for people."""
        return _SENTENCES[self]

    @property
    def applies(self) -> bool:
        """The diff changed its parent: "valid" in the words of the paper, section 4."""
        return self not in (Outcome.NO_DIFF, Outcome.DOES_NOT_APPLY)

    @property
    def has_body(self) -> bool:
        """The program ran and gave a body: "runnable" in the words of the paper, section 4."""
        return self in (Outcome.UNSTABLE, Outcome.EVALUATED)


_SENTENCES = {
    Outcome.NO_DIFF: "The model wrote no usable edit.",
    Outcome.DOES_NOT_APPLY: "The edit does not fit the parent, or changes nothing.",
    Outcome.SYNTAX_ERROR: "The edited program is not valid Python.",
    Outcome.UNDEFINED_NAME: "The edited program uses a name that nothing defines.",
    Outcome.DUPLICATE: "The same program was already tried in this run.",
    Outcome.CRASHED: "The program stopped with an error.",
    Outcome.TIMED_OUT: "The program used more time than it may.",
    Outcome.FORBIDDEN: "The program tried something the sandbox forbids.",
    Outcome.BAD_RESULT: "The program did not return a walker.",
    Outcome.BAD_BODY: "The walker cannot be built.",
    Outcome.UNSTABLE: "The walker did not stay in one piece during the simulation.",
    Outcome.EVALUATED: "The walker was simulated.",
}
