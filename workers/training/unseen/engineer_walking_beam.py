# Walking beam conveyor, all dimensions in program units
from walk_creator import walker_creator

beam_length = 18
beam_depth = 1.8
n_panels = 6
support_at = [0, 2, 4, 6]      # panel points with a leg
leg_height = 3.5
crank = dict(is_distance=False, amplitude=6.0)


def make_walker():
    model = walker_creator()
    panel = beam_length / n_panels

    # beam
    bottom = [model.add_joint(i * panel, leg_height) for i in range(n_panels + 1)]
    top = [model.add_joint((i + 0.5) * panel, leg_height + beam_depth) for i in range(n_panels)]
    for i in range(n_panels):
        model.add_muscle(bottom[i], bottom[i + 1])
        model.add_muscle(bottom[i], top[i])
        model.add_muscle(bottom[i + 1], top[i])
        if i > 0:
            model.add_muscle(top[i - 1], top[i])

    # supports: odd ones run half a turn later
    for k, i in enumerate(support_at):
        shoe = model.add_joint(i * panel + 0.7, 0)
        timing = 0.5 * (k % 2)
        model.add_muscle(bottom[i], shoe, phase=timing, **crank)
        away = i + 1 if i < n_panels else i - 1
        model.add_muscle(bottom[away], shoe, phase=timing + 0.2, **crank)
    return model.get_walker()
