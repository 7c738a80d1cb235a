-- one row: a place without places below it, in a zone
-- answers: how many live there, and how many in all such places of the zone
-- leaves out: places that hold others; zone_population is null where one of them is unknown or the sum is 0
with populated as (
  select zones.zoning, zones.zone, zones.place, places.population
  from int_place_zones as zones
  join stg_places as places on places.place = zones.place
  left join (select distinct parent from stg_places) as parents on parents.parent = zones.place
  where zones.has_gaps and parents.parent is null
),

totals as (
  select
    zoning,
    zone,
    place,
    population,
    sum(population) over (partition by zoning, zone) as total,
    bool_or(population is null) over (partition by zoning, zone) as is_incomplete
  from populated
),

int_zone_populations as (
  select
    zoning,
    zone,
    place,
    population,
    case when not is_incomplete and total > 0e0 then total end as zone_population
  from totals
)

select * from int_zone_populations
