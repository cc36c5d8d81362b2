from walk_creator import walker_creator

class Robot:
    def __init__(self, largeur, hauteur):
        self.createur = walker_creator()
        self.largeur = largeur
        self.hauteur = hauteur
        self.coins = []

    def construire_caisse(self):
        l, h = self.largeur, self.hauteur
        for x, y in ((0, h), (l, h), (l, 2 * h), (0, 2 * h)):
            self.coins.append(self.createur.add_joint(x, y))
        bas_g, bas_d, haut_d, haut_g = self.coins
        self.tige(bas_g, bas_d)
        self.tige(bas_d, haut_d)
        self.tige(haut_d, haut_g)
        self.tige(haut_g, bas_g)
        self.tige(bas_g, haut_d)
        return self

    def tige(self, a, b):
        self.createur.add_muscle(a, b)

    def jambe(self, x, retard):
        pied = self.createur.add_joint(x, 0)
        for coin in self.coins[:2]:
            self.createur.add_muscle(coin, pied, False, 6, retard)
            retard = retard + 0.2
        return self

def make_walker():
    robot = Robot(largeur=7, hauteur=5)
    robot.construire_caisse().jambe(0, 0).jambe(3, 0.45).jambe(7, 0.7)
    return robot.createur.get_walker()
