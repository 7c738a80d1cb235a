"""moto's server, with a Glue in which Trino can make tables.

AWS says of every table how many buckets it has, and keeps statistics of columns. moto says what was sent, which
makes Trino 435 fail, and knows no statistics.
"""

import sys

from moto.glue.models import FakeTable
from moto.glue.responses import GlueResponse
from moto.server import main

made, update = FakeTable.__init__, FakeTable.update


def filled(table_input):
    table_input.get("StorageDescriptor", {}).setdefault("NumberOfBuckets", 0)
    return table_input


FakeTable.__init__ = lambda self, database, name, table_input, **others: made(
    self, database, name, filled(table_input), **others
)
FakeTable.update = lambda self, table_input: update(self, filled(table_input))

for verb in ["get", "update"]:
    none = '{"ColumnStatisticsList": [], "Errors": []}'
    setattr(GlueResponse, f"{verb}_column_statistics_for_table", lambda self, none=none: none)
GlueResponse.delete_column_statistics_for_table = lambda self: "{}"

sys.exit(main())
