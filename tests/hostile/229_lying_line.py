# expect: error,bad_result ; must: a line number that is no line of the program is not passed on
def make_walker():
    error = SyntaxError("<b>no</b>")
    error.filename, error.lineno = "<program>", 10**17
    raise error
