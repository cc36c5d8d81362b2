from walk_creator import walker_creator

# Eine Spinne mit acht Beinen
ANZAHL_BEINE = 8
KRAFT = 4.5


def baue_koerper(spinne):
    hinten = spinne.add_joint(5, 4)
    vorne = spinne.add_joint(9, 4)
    oben = spinne.add_joint(7, 6.5)
    spinne.add_muscle(hinten, vorne)
    spinne.add_muscle(vorne, oben)
    spinne.add_muscle(oben, hinten)
    return hinten, vorne, oben


def make_walker():
    spinne = walker_creator()
    hinten, vorne, oben = baue_koerper(spinne)
    for bein in range(ANZAHL_BEINE):
        # die Beine stehen gleichmäßig verteilt
        fuss = spinne.add_joint(2 * bein, 0)
        schulter = hinten if bein < ANZAHL_BEINE / 2 else vorne
        takt = (bein % 2) * 0.5 + bein * 0.05
        spinne.add_muscle(schulter, fuss, False, KRAFT, takt)
        spinne.add_muscle(oben, fuss, False, KRAFT, takt + 0.25)
    return spinne.get_walker()
