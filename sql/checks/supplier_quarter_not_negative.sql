-- one row: a delivery with purchases from a supplier that was credited more than it sold in the asked quarter
-- answers: where credits came without what they credit, or a sign is wrong
-- leaves out: credits that other purchases from the supplier outweigh; capitals in its name
with params (quarter, quarter_index) as (values (:quarter, :quarter_index)),

purchased as (
  select
    inputs.delivery,
    lower(rolled_purchases.supplier) as supplier_key,
    rolled_purchases.supplier,
    rolled_purchases.place,
    rolled_purchases.product_group,
    rolled_purchases.kg
  from rolled_purchases
  join inputs on inputs.row_name = rolled_purchases.delivery
  join params on params.quarter_index = inputs.quarter_index
  where rolled_purchases.year between :first_year and :last_year
),

totals as (
  select
    supplier_key,
    min(supplier) as supplier,
    -- said where there is but one
    case when min(place) = max(place) then min(place) end as place,
    case when min(product_group) = max(product_group) then min(product_group) end as product_group,
    sum(kg) as kg
  from purchased
  group by supplier_key
),

supplier_quarter_not_negative as (
  select distinct
    'warning' as severity,
    params.quarter,
    cast(null as varchar) as zoning,
    cast(null as varchar) as zone,
    totals.place,
    totals.product_group,
    cast(null as varchar) as item,
    totals.supplier as actor,
    'kg' as kind,
    cast(totals.kg as double) as found,
    0e0 as bound,
    'form kg' as unit,
    purchased.delivery
  from totals
  join purchased on purchased.supplier_key = totals.supplier_key
  cross join params
  where totals.kg < 0
)

select * from supplier_quarter_not_negative
