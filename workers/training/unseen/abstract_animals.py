from abc import ABC, abstractmethod

from walk_creator import walker_creator


class Animal(ABC):
    legs = 2
    size = 1.0

    def __init__(self):
        self.wc = walker_creator()

    @abstractmethod
    def body(self):
        """Return the joints that legs hang on."""

    def stand(self):
        hips = self.body()
        for leg in range(self.legs):
            foot = self.wc.add_joint(leg * 3 * self.size - 1, 0)
            for order, hip in enumerate(hips):
                self.wc.add_muscle(hip, foot, False, 4, leg / self.legs + order * 0.25)
        return self.wc.get_walker()


class Ostrich(Animal):
    size = 1.3

    def body(self):
        a = self.wc.add_joint(0, 7 * self.size)
        b = self.wc.add_joint(3 * self.size, 7 * self.size)
        head = self.wc.add_joint(4 * self.size, 10 * self.size)
        self.wc.add_muscle(a, b)
        self.wc.add_muscle(b, head)
        self.wc.add_muscle(a, head)
        return [a, b]


class Camel(Ostrich):
    legs = 4
    size = 0.8


def make_walker():
    return Camel().stand()
