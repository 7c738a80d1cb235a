-- one row: a place's purchases of a product group (or all) in the asked quarter by a definition, in kg or SEK
-- answers: how much is inside the definition, outside it, unknown or missing
-- leaves out: targets; rows without anything. is_undecided marks SEK for which a price lacks
with definitions as (
  select zones.place, definitions.definition
  from stg_local_definitions as definitions
  join int_place_zones as zones on zones.zoning = definitions.zoning
  union all
  select place, 'organic' as definition
  from stg_places
),

quantities as (
  select place, definition, product_group, position, kg, sek, lacks_price
  from int_purchases_placed
  union all
  select
    missing.place,
    definitions.definition,
    missing.product_group,
    'missing' as position,
    missing.missing_kg as kg,
    missing.missing_sek as sek,
    missing.lacks_price
  from int_purchases_missing as missing
  join definitions on definitions.place = missing.place
),

measured as (
  select place, definition, product_group, position, 'kg' as measure_unit, kg as amount, false as lacks_price
  from quantities
  union all
  select place, definition, product_group, position, 'sek' as measure_unit, sek as amount, lacks_price
  from quantities
),

totals as (
  select
    place,
    definition,
    measure_unit,
    product_group,
    sum(case when position = 'inside' then amount else 0e0 end) as inside,
    sum(case when position = 'outside' then amount else 0e0 end) as outside,
    sum(case when position = 'unknown' then amount else 0e0 end) as unknown,
    sum(case when position = 'missing' then amount else 0e0 end) as missing,
    bool_or(lacks_price) as is_undecided
  from measured
  group by grouping sets ((place, definition, measure_unit, product_group), (place, definition, measure_unit))
),

int_share_values as (
  select
    place,
    definition,
    coalesce(product_group, 'all') as product_group,
    measure_unit,
    inside,
    outside,
    unknown,
    missing,
    is_undecided
  from totals
  where is_undecided or inside + outside + unknown + missing > 5e-4
)

select * from int_share_values
