from walk_creator import walker_creator

ALTURA = 7
PASO = 0.25


def pata(caballo, cadera, hombro, x, fase):
    """Una pata tiene rodilla y casco."""
    rodilla = caballo.add_joint(x - 0.8, ALTURA / 2)
    casco = caballo.add_joint(x, 0)
    caballo.add_muscle(cadera, rodilla, False, 2.0, fase)
    caballo.add_muscle(hombro, rodilla, False, 4.0, fase + PASO)
    caballo.add_muscle(rodilla, casco)
    caballo.add_muscle(hombro, casco, False, 5.0, fase + 2 * PASO)
    return casco


def make_walker():
    caballo = walker_creator()
    lomo = [caballo.add_joint(x, ALTURA) for x in (0, 5, 10)]
    cuello = caballo.add_joint(12, ALTURA + 3)
    silla = caballo.add_joint(5, ALTURA + 2)

    for parte in lomo:
        caballo.add_muscle(parte, silla)
    caballo.add_muscle(lomo[0], lomo[1])
    caballo.add_muscle(lomo[1], lomo[2])
    caballo.add_muscle(lomo[2], cuello)
    caballo.add_muscle(silla, cuello)

    # galope: primero las patas de atrás
    pata(caballo, lomo[0], lomo[1], 0, 0.0)
    pata(caballo, lomo[0], lomo[1], 2, 0.1)
    pata(caballo, lomo[2], lomo[1], 8, 0.5)
    pata(caballo, lomo[2], lomo[1], 10, 0.6)
    return caballo.get_walker()
