from collections import defaultdict
from math import dist

from walk_creator import walker_creator

CLOUD = [
    (0.5, 0.2), (3.1, 0.0), (6.4, 0.3), (9.8, 0.1), (1.9, 2.7),
    (5.0, 2.9), (8.3, 2.6), (3.4, 5.2), (6.9, 5.5), (5.2, 7.8),
]
K = 4


def graph(points, k):
    """Map each point to its k nearest others, each edge once."""
    edges = defaultdict(list)
    for i, p in enumerate(points):
        ranked = sorted(range(len(points)), key=lambda j: dist(p, points[j]))
        for j in ranked[1 : k + 1]:
            if i not in edges[j]:
                edges[i].append(j)
    return edges


def make_walker():
    wc = walker_creator()
    handles = [wc.add_joint(x, y) for x, y in CLOUD]
    for i, others in graph(CLOUD, K).items():
        for j in others:
            low = min(CLOUD[i][1], CLOUD[j][1])
            if low < 1:
                wc.add_muscle(handles[i], handles[j], False, 4.0, CLOUD[i][0] / 8)
            else:
                wc.add_muscle(handles[i], handles[j])
    return wc.get_walker()
