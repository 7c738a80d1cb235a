-- one row: a delivery with a key of portions, production or processing that another source delivered too
-- answers: which portions, harvests and capacities of the asked quarter count twice
-- leaves out: one producer or processor under two codes
with params (quarter, quarter_index) as (values (:quarter, :quarter_index)),

keyed as (
  select
    delivery as row_name, 'portions' as dataset, place, cast(null as varchar) as product_group,
    segment as item, cast(null as varchar) as actor
  from portions
  where year between :first_year and :last_year
  union all
  select
    delivery as row_name, 'production' as dataset, place, product_group,
    cast(null as varchar) as item, producer as actor
  from production
  where year between :first_year and :last_year
  union all
  select delivery as row_name, 'processing' as dataset, place, product_group, step as item, processor as actor
  from processing
  where year between :first_year and :last_year
),

counted as (
  select
    inputs.delivery, keyed.dataset, keyed.place, keyed.product_group, keyed.item, keyed.actor,
    -- a key stands once in a delivery, and a source has one delivery a quarter that counts
    count(*) over (
      partition by keyed.dataset, keyed.place, keyed.product_group, keyed.item, keyed.actor
    ) as sources
  from keyed
  join inputs on inputs.row_name = keyed.row_name
  join params on params.quarter_index = inputs.quarter_index
),

key_from_one_source as (
  select
    'error' as severity,
    params.quarter,
    cast(null as varchar) as zoning,
    cast(null as varchar) as zone,
    counted.place,
    counted.product_group,
    counted.item,
    counted.actor,
    counted.dataset as kind,
    cast(counted.sources as double) as found,
    1e0 as bound,
    'sources' as unit,
    counted.delivery
  from counted
  cross join params
  where counted.sources > 1
)

select * from key_from_one_source
