-- one row: a product group of which a zone bought more from near by than was on offer, and a delivery behind it
-- answers: where production is under-reported in the asked quarter, or nobody has reported it
-- leaves out: what exceeds the offer by at most 0.0005 kg. Raw kg; on offer is what was stored and what was supplied
with params (quarter, quarter_index) as (values (:quarter, :quarter_index)),

exceeding as (
  select
    zoning, zone, product_group, supply_status, purchased_local_kg, opening_stock_kg + supply_kg as offered_kg
  from balances
  where purchased_local_kg > opening_stock_kg + supply_kg + 5e-4
),

delivered as (
  select zones.zoning, zones.zone, production.product_group, production.delivery as row_name
  from production
  join int_place_zones as zones on zones.place = production.place
  where production.year between :first_year and :last_year
  union all
  select buyers.zoning, buyers.zone, rolled_purchases.product_group, rolled_purchases.delivery as row_name
  from rolled_purchases
  join int_place_zones as buyers on buyers.place = rolled_purchases.place
  join int_place_relations as relations
    on relations.zoning = buyers.zoning
    and relations.zone = buyers.zone
    and relations.place = rolled_purchases.grown_place
  where relations.relation = 'inside' and rolled_purchases.year between :first_year and :last_year
),

deliveries as (
  select distinct delivered.zoning, delivered.zone, delivered.product_group, inputs.delivery
  from delivered
  join inputs on inputs.row_name = delivered.row_name
  join params on params.quarter_index = inputs.quarter_index
),

local_purchases_on_offer as (
  select
    'warning' as severity,
    params.quarter,
    exceeding.zoning,
    exceeding.zone,
    cast(null as varchar) as place,
    exceeding.product_group,
    cast(null as varchar) as item,
    cast(null as varchar) as actor,
    exceeding.supply_status as kind,
    exceeding.purchased_local_kg as found,
    exceeding.offered_kg as bound,
    'raw kg' as unit,
    deliveries.delivery
  from exceeding
  left join deliveries
    on deliveries.zoning = exceeding.zoning
    and deliveries.zone = exceeding.zone
    and deliveries.product_group = exceeding.product_group
  cross join params
)

select * from local_purchases_on_offer
