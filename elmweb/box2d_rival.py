"""The same walker in Box2D as OpenELM drives it: the rival of the physics bench, nothing else.

Soft distance joints whose lengths are set one by one from Python before every step. Only the bench
imports it; Box2D is an optional dependency (``pip install -e '.[bench]'``).
"""

import math

from Box2D import b2

from simulation.body import JOINT_RADIUS, Body
from simulation.physics import FRICTION, GRAVITY

FREQUENCY_HZ, DAMPING_RATIO = 3.0, 0.3  # of muscles, as in OpenELM's environments/sodaracer
ITERATIONS = 10  # of velocities and of positions, as there
DRAG = 0.36  # [1/s] what the air takes in our world


def simulate(body: Body, seconds: float, rate: int) -> list[list[tuple[float, float]]]:
    """Return joint positions at 60 frames a second of ``seconds`` on flat ground.

    Args:
        rate: steps a second, a multiple of 60.
    """
    world = b2.world(gravity=(0, -GRAVITY))
    ground = world.CreateStaticBody(position=(0, -10))
    ground.CreatePolygonFixture(box=(500, 10), friction=FRICTION)
    joints = []
    for mass, (x, y) in zip(body.masses.tolist(), body.positions.tolist(), strict=True):
        joint = world.CreateDynamicBody(
            position=(x, y + JOINT_RADIUS), linearDamping=DRAG, fixedRotation=True
        )
        density = mass / (math.pi * JOINT_RADIUS**2)
        joint.CreateCircleFixture(
            radius=JOINT_RADIUS, density=density, friction=FRICTION, restitution=0, groupIndex=-1
        )
        joints.append(joint)
    muscles = []
    ends = zip(body.a.tolist(), body.b.tolist(), strict=True)
    for number, (a, b) in enumerate(ends):
        stroke = float(body.stroke[number])
        soft = {"frequencyHz": FREQUENCY_HZ, "dampingRatio": DAMPING_RATIO} if stroke else {}
        spring = world.CreateDistanceJoint(
            bodyA=joints[a],
            bodyB=joints[b],
            anchorA=joints[a].position,
            anchorB=joints[b].position,
            **soft,
        )
        if stroke:
            muscles.append((spring, float(body.rest_lengths[number]), stroke, body.phase[number]))
    frames = []
    for step in range(round(seconds * rate)):
        for spring, length, stroke, phase in muscles:
            spring.length = length + stroke * math.sin(2 * math.pi * (step / rate + phase))
        world.Step(1 / rate, ITERATIONS, ITERATIONS)
        if step % (rate // 60) == 0:
            frames.append([(joint.position[0], joint.position[1]) for joint in joints])
    return frames
