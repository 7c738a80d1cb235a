-- one row: a product group in a zone with demand, in one of the four quarters of the year
-- answers: which share of the zone's population lives in places with demand; null where populations are unknown
-- leaves out: places that hold others
with covered as (
  select
    buyers.quarter_index,
    populations.zoning,
    populations.zone,
    buyers.product_group,
    sum(populations.population) as population
  from int_buyers as buyers
  join int_zone_populations as populations on populations.place = buyers.place
  group by buyers.quarter_index, populations.zoning, populations.zone, buyers.product_group
),

zones as (
  select distinct zoning, zone, zone_population
  from int_zone_populations
),

int_demand_coverage as (
  select
    balances.quarter_index,
    balances.age,
    balances.cell,
    coalesce(covered.population, 0e0) / nullif(1e0 * zones.zone_population, 0e0) as demand_coverage
  from int_zone_balances as balances
  join int_cells as cells on cells.cell = balances.cell
  left join zones on zones.zoning = cells.zoning and zones.zone = cells.zone
  left join covered
    on covered.quarter_index = balances.quarter_index
    and covered.zoning = cells.zoning
    and covered.zone = cells.zone
    and covered.product_group = cells.product_group
  where balances.scenario = 'central' and balances.has_demand
)

select * from int_demand_coverage
