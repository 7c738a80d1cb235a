"""Reads marts and tables of a lake by programs that know nothing of this one, and says what they hold.

usage: strangers.py REQUEST, in JSON; JSON on stdout. Of each table read: its rows, and of each column the type, the number
of values, and their sum or, where they are no numbers, how many different ones there are.
"""

import json
import sys
from pathlib import Path
from urllib.parse import urlparse

import duckdb
import polars
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow import fs

request = json.loads(sys.argv[1])


def summary(table):
    return {
        "rows": table.num_rows,
        "columns": {name: column(table[name]) for name in table.column_names},
    }


def column(values):
    name = str(values.type).replace("large_string", "string").replace("string_view", "string")
    values = values.drop_null()
    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type) or pa.types.is_decimal(values.type):
        return [name, len(values), float(pc.sum(values).as_py() or 0)]
    return [name, len(values), len(values.unique())]


def by_duckdb(views, controls, questions):
    """The statements as they were printed, in a database of its own; then each control's rows and each table asked for."""
    connection = duckdb.connect()
    connection.execute(Path(views).read_text())
    return {
        "controls": [row for sql in controls for row in connection.execute(sql).fetchall()],
        "tables": {name: summary(connection.execute(sql).to_arrow_table()) for name, sql in questions.items()},
    }


def by_pyarrow(s3, lake, mart, run):
    files = fs.S3FileSystem(
        access_key=s3["credentials"]["accessKeyId"],
        secret_key=s3["credentials"]["secretAccessKey"],
        region=s3["region"],
        scheme="http",
        endpoint_override=urlparse(s3["endpoint"]).netloc,
    )
    # the key's quarter is left out: a mart has a column of that name
    keys = ds.partitioning(pa.schema([("year", pa.int32()), ("run", pa.string())]), flavor="hive")
    dataset = ds.dataset(f"{lake}/models/{mart}", format="parquet", filesystem=files, partitioning=keys)
    return dataset.to_table(filter=(ds.field("year") == 2026) & (ds.field("run") == run))


def by_polars(s3, lake, mart, run):
    options = {
        "aws_endpoint_url": s3["endpoint"],
        "aws_access_key_id": s3["credentials"]["accessKeyId"],
        "aws_secret_access_key": s3["credentials"]["secretAccessKey"],
        "aws_region": s3["region"],
        "aws_allow_http": "true",
    }
    # by folders, for the same reason
    return (
        polars.scan_parquet(
            f"s3://{lake}/models/{mart}/year=*/quarter=*/run={run}/*.parquet",
            hive_partitioning=False,
            storage_options=options,
        )
        .collect()
        .to_arrow()
    )


def marts(s3, lake, runs, columns):
    return {
        read.__name__: {
            f"{mart} {run}": summary(read(s3, lake, mart, run).select(names))
            for mart, names in columns.items()
            for run in runs
        }
        for read in (by_pyarrow, by_polars)
    }


if "views" in request:
    print(json.dumps(by_duckdb(request["views"], request["controls"], request["questions"])))
else:
    print(json.dumps(marts(request["s3"], request["lake"], request["runs"], request["columns"])))
