"""Points as metres on a plane, in an order in which neighbours stand together; distance and direction on the globe."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[Any]
RADIUS = 6_371_009.0
_BITS = 16


def flattened(longitude: Rows, latitude: Rows, middle: float) -> tuple[Rows, Rows]:
    """Metres to the east and to the north. True at the latitude ``middle``, within 1 % in a prefecture."""
    metres = RADIUS * np.pi / 180
    return longitude * (metres * np.cos(np.radians(middle))), latitude * metres


def along_a_curve(east: Rows, north: Rows) -> Rows:
    """The order of points along Hilbert's curve: who is near in it is near on the map."""
    if not len(east):
        return np.zeros(0, np.int64)
    wide = max(float(np.ptp(east)), float(np.ptp(north)), 1.0)
    x, y = (((each - each.min()) * ((2**_BITS - 1) / wide)).astype(np.int64) for each in (east, north))
    place = np.zeros(len(x), np.int64)
    side = 1 << (_BITS - 1)
    while side:
        right, upper = (x & side) > 0, (y & side) > 0
        place += side * side * ((3 * right) ^ upper)
        x, y = x & (side - 1), y & (side - 1)
        turned = ~upper & right
        x, y = np.where(turned, side - 1 - x, x), np.where(turned, side - 1 - y, y)
        x, y = np.where(upper, x, y), np.where(upper, y, x)
        side >>= 1
    return np.argsort(place, kind="stable")


def metres_between(longitude: Rows, latitude: Rows, other_longitude: Rows, other_latitude: Rows) -> Rows:
    """On the globe, in a straight line."""
    phi, other = np.radians(latitude), np.radians(other_latitude)
    half = np.sin((other - phi) / 2) ** 2
    half = half + np.cos(phi) * np.cos(other) * np.sin(np.radians(other_longitude - longitude) / 2) ** 2
    return np.asarray(2 * RADIUS * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def bearing_to(longitude: Rows, latitude: Rows, other_longitude: Rows, other_latitude: Rows) -> Rows:
    """Degrees from north, clockwise, from 0 to 359."""
    phi, other = np.radians(latitude), np.radians(other_latitude)
    turn = np.radians(other_longitude - longitude)
    east = np.sin(turn) * np.cos(other)
    north = np.cos(phi) * np.sin(other) - np.sin(phi) * np.cos(other) * np.cos(turn)
    return np.asarray(np.round(np.degrees(np.arctan2(east, north))).astype(np.int64) % 360)
