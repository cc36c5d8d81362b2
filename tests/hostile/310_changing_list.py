# expect: ok,error,bad_result ; must: a list that changes while it is read is only data
class Joints(list):
    def __iter__(self):
        self.append([float(len(self)), 0.0])
        return super().__iter__()

    def __len__(self):
        return 2


def make_walker():
    return {"joints": Joints([[0, 0], [1, 1]]), "muscles": []}
