-- one row: a delivery with a supplier's purchases at a place that another source delivered too
-- answers: which purchases of the asked quarter count twice
-- leaves out: suppliers whose names differ in more than capitals
with params (quarter, quarter_index) as (values (:quarter, :quarter_index)),

purchased as (
  select
    inputs.delivery,
    rolled_purchases.place,
    lower(rolled_purchases.supplier) as supplier_key,
    min(rolled_purchases.supplier) as supplier
  from rolled_purchases
  join inputs on inputs.row_name = rolled_purchases.delivery
  join params on params.quarter_index = inputs.quarter_index
  where rolled_purchases.year between :first_year and :last_year
  group by inputs.delivery, rolled_purchases.place, lower(rolled_purchases.supplier)
),

counted as (
  select
    delivery,
    place,
    min(supplier) over (partition by place, supplier_key) as supplier,
    -- a source has one delivery a quarter that counts
    count(*) over (partition by place, supplier_key) as sources
  from purchased
),

supplier_from_one_source as (
  select
    'error' as severity,
    params.quarter,
    cast(null as varchar) as zoning,
    cast(null as varchar) as zone,
    counted.place,
    cast(null as varchar) as product_group,
    cast(null as varchar) as item,
    counted.supplier as actor,
    'purchases' as kind,
    cast(counted.sources as double) as found,
    1e0 as bound,
    'sources' as unit,
    counted.delivery
  from counted
  cross join params
  where counted.sources > 1
)

select * from supplier_from_one_source
