"""Every data set by its id."""

from collections.abc import Mapping

from todoke.loops.improve.open_data.errors import NoDataSetError
from todoke.loops.improve.open_data.own import EVALUATIONS, FIGURES, INDICATORS, SERVICES
from todoke.loops.improve.open_data.standard import FILE_SETS, SHELTER_SET
from todoke.loops.improve.open_data.types import DataSet

DATA_SETS: Mapping[str, DataSet] = {
    one.id: one for one in (FIGURES, INDICATORS, EVALUATIONS, SERVICES, SHELTER_SET, *FILE_SETS)
}
"""In the order in which people see them."""


def data_set(id_: str) -> DataSet:
    """Raises NoDataSetError."""
    found = DATA_SETS.get(id_)
    if found is None:
        raise NoDataSetError
    return found
