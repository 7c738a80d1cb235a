"""Reads a lake as strangers would, by three programs that know nothing of this one, and says what they found.

usage: readers.py ENDPOINT BUCKET, credentials and region in the environment; JSON on stdout
"""

import json
import os
import sys
from decimal import Decimal
from urllib.parse import urlparse

import duckdb
import polars
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow import fs

endpoint, bucket = sys.argv[1:]
key, secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
region = os.environ["AWS_REGION"]
s3 = fs.S3FileSystem(
    access_key=key,
    secret_key=secret,
    region=region,
    scheme="http",
    endpoint_override=urlparse(endpoint).netloc,
)
QUARTERLY = ds.partitioning(pa.schema([("year", pa.int32()), ("quarter", pa.int32())]), flavor="hive")
SUMS = {"purchases": "kg", "portions": "portions", "production": "available_kg", "processing": "capacity_kg"}


def dataset(table):
    return ds.dataset(f"{bucket}/curated/{table}", format="parquet", filesystem=s3, partitioning=QUARTERLY)


def by_pyarrow(table, column):
    read = dataset(table).to_table()
    return [read.num_rows, str(pc.sum(read[column]).as_py())]


def by_duckdb(table, column):
    rows = dataset(table)  # found by its name
    assert rows is not None
    asked = f"select count(*), sum({column}) from rows where year = 2026 and quarter = 3"
    [(count, total)] = duckdb.sql(asked).fetchall()
    return [count, str(total)]


def by_polars(table, column):
    options = {
        "aws_endpoint_url": endpoint,
        "aws_access_key_id": key,
        "aws_secret_access_key": secret,
        "aws_region": region,
        "aws_allow_http": "true",
    }
    read = polars.scan_parquet(
        f"s3://{bucket}/curated/{table}/**/*.parquet", hive_partitioning=True, storage_options=options
    ).select(polars.len().alias("rows"), polars.col(column).sum().alias("total"))
    rows, total = read.collect().row(0)
    return [rows, str(total)]


def normal(found):
    rows, total = found
    return [rows, format(Decimal(total), "f")]


print(
    json.dumps(
        {
            table: {
                read.__name__: normal(read(table, column)) for read in (by_pyarrow, by_duckdb, by_polars)
            }
            for table, column in SUMS.items()
        }
    )
)
