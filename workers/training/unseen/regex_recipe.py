import re

from walk_creator import walker_creator

RECIPE = """
tail at 0, 2        mid at 4, 3
nose at 8, 2        fin at 4, 6
sole1 at 1, 0       sole2 at 4, 0     sole3 at 7, 0
tail - mid          mid - nose
fin - tail          fin - nose        fin - mid
tail ~ sole1 (6, 0.0)
mid ~ sole1 (6, 0.25)
mid ~ sole2 (5, 0.4)
fin ~ sole2 (5, 0.6)
nose ~ sole3 (6, 0.5)
mid ~ sole3 (6, 0.75)
"""


def make_walker():
    wc = walker_creator()
    j = {}
    for name, x, y in re.findall(r"(\w+) at (\d+), (\d+)", RECIPE):
        j[name] = wc.add_joint(int(x), int(y))
    for a, b in re.findall(r"(\w+) - (\w+)", RECIPE):
        wc.add_muscle(j[a], j[b])
    for a, b, amp, phase in re.findall(r"(\w+) ~ (\w+) \((\d+), ([\d.]+)\)", RECIPE):
        wc.add_muscle(j[a], j[b], False, float(amp), float(phase))
    return wc.get_walker()
