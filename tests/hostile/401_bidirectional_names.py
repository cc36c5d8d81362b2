# expect: error,bad_result ; must: names and output that turn the direction of writing arrive harmless
def make_walker():
    marks = "\u200e\u200f\u061c\u202e\u2066\u2028\u2029\ufeff\U000e0041"
    print(marks)
    raise type("Error" + marks, (Exception,), {})("ok" + marks)
