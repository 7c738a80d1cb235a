-- one row: a delivery that the run rests on and whose rows are not as many as its commit says
-- answers: which row files were changed or lost since they were landed; every pinned delivery is looked at
-- leaves out: what the rows say; the files' bytes are held against the commit beside this
with params (quarter) as (values (:quarter)),

counted as (
  select delivery as row_name, count(*) as found_rows from places group by delivery
  union all
  select delivery as row_name, count(*) as found_rows from zonings group by delivery
  union all
  select delivery as row_name, count(*) as found_rows from zones group by delivery
  union all
  select delivery as row_name, count(*) as found_rows from product_groups group by delivery
  union all
  select delivery as row_name, count(*) as found_rows from processing_steps group by delivery
  union all
  select delivery as row_name, count(*) as found_rows from product_forms group by delivery
  union all
  select delivery as row_name, count(*) as found_rows from portion_profiles group by delivery
  union all
  select delivery as row_name, count(*) as found_rows from local_definitions group by delivery
  union all
  select delivery as row_name, count(*) as found_rows from targets group by delivery
  union all
  select delivery as row_name, count(*) as found_rows from prices group by delivery
  union all
  select delivery as row_name, count(*) as found_rows from uncertainty group by delivery
  union all
  select delivery as row_name, count(*) as found_rows from sources group by delivery
  union all
  select delivery as row_name, count(*) as found_rows from contracts group by delivery
  union all
  select delivery as row_name, count(*) as found_rows from complete_purchases group by delivery
  union all
  select delivery as row_name, count(*) as found_rows
  from portions
  where year between :first_year and :last_year
  group by delivery
  union all
  select delivery as row_name, count(*) as found_rows
  from production
  where year between :first_year and :last_year
  group by delivery
  union all
  select delivery as row_name, count(*) as found_rows
  from processing
  where year between :first_year and :last_year
  group by delivery
  union all
  select delivery as row_name, cast(sum(lines) as bigint) as found_rows
  from rolled_purchases
  where year between :first_year and :last_year
  group by delivery
),

rows_as_committed as (
  select
    'error' as severity,
    params.quarter,
    cast(null as varchar) as zoning,
    cast(null as varchar) as zone,
    cast(null as varchar) as place,
    cast(null as varchar) as product_group,
    inputs.dataset as item,
    inputs.source as actor,
    'rows' as kind,
    cast(coalesce(counted.found_rows, 0) as double) as found,
    cast(inputs.rows as double) as bound,
    'rows' as unit,
    inputs.delivery
  from inputs
  left join counted on counted.row_name = inputs.row_name
  cross join params
  where coalesce(counted.found_rows, 0) <> inputs.rows
)

select * from rows_as_committed
