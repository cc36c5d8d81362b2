import math
from walk_creator import walker_creator

numSides = 6
innerRadius = 3
outerRadius = 6

def getPoint(sideIndex, theRadius):
    theAngle = (sideIndex + 0.5) * 2 * math.pi / numSides
    return {"x": 6 + theRadius * math.cos(theAngle), "y": 6 + theRadius * math.sin(theAngle)}

def make_walker():
    myWalker = walker_creator()
    innerJoints = []
    outerJoints = []
    for sideIndex in range(0, numSides):
        p = getPoint(sideIndex, innerRadius)
        innerJoints.append(myWalker.add_joint(p["x"], p["y"]))
        p = getPoint(sideIndex, outerRadius)
        outerJoints.append(myWalker.add_joint(p["x"], p["y"]))
    for sideIndex in range(0, numSides):
        nextIndex = (sideIndex + 1) % numSides
        oppositeIndex = (sideIndex + 3) % numSides
        myWalker.add_muscle(innerJoints[sideIndex], innerJoints[nextIndex])
        myWalker.add_muscle(innerJoints[sideIndex], innerJoints[oppositeIndex])
        isActive = sideIndex % 2 == 0
        theStrength = 8 if isActive else 3
        thePhase = sideIndex / numSides
        myWalker.add_muscle(innerJoints[sideIndex], outerJoints[sideIndex], False, theStrength, thePhase)
        myWalker.add_muscle(outerJoints[sideIndex], outerJoints[nextIndex])
    return myWalker.get_walker()
