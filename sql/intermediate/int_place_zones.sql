-- one row: a place in a zoning that has a zone for it
-- answers: in which zone a place lies: that of its nearest listed self or ancestor
-- leaves out: places that no zone of the zoning takes
with listed_ancestors as (
  select
    zones.zoning,
    zones.zone,
    ancestors.place,
    row_number() over (partition by zones.zoning, ancestors.place order by ancestors.distance) as nearness
  from stg_zones as zones
  join int_place_ancestors as ancestors on ancestors.ancestor = zones.place
),

int_place_zones as (
  select zonings.zoning, listed_ancestors.zone, listed_ancestors.place, zonings.has_gaps
  from listed_ancestors
  join stg_zonings as zonings on zonings.zoning = listed_ancestors.zoning
  where listed_ancestors.nearness = 1
)

select * from int_place_zones
