-- one row: a product group that somebody in a zone grew in a quarter, in one case
-- answers: what was on offer to public kitchens and what was grown in all
-- leaves out: zones nobody reported from. Raw kg
with int_zone_supply as (
  select
    production.quarter_index,
    zones.zoning,
    zones.zone,
    production.product_group,
    factors.scenario,
    sum(cast(production.available_kg as double) * factors.supply_factor) as supply_kg,
    sum(cast(production.produced_kg as double) * factors.supply_factor) as produced_kg
  from stg_production as production
  join int_place_zones as zones on zones.place = production.place
  join int_scenario_factors as factors on factors.evidence = production.evidence
  where zones.has_gaps
  group by production.quarter_index, zones.zoning, zones.zone, production.product_group, factors.scenario
)

select * from int_zone_supply
