-- one row: a zone and a place that lies inside it, or of which we cannot tell
-- answers: whether something from that place is local in the zone
-- leaves out: places outside the zone; a place that is not known at all (null) is unknown without a row here
with places_above as (
  select distinct zones.zoning, zones.zone, ancestors.ancestor as place
  from stg_zones as zones
  join int_place_ancestors as ancestors on ancestors.place = zones.place
  where ancestors.distance > 0
),

partly_inside as (
  select places_above.zoning, places_above.zone, places_above.place
  from places_above
  left join stg_zones as listed
    on listed.zoning = places_above.zoning and listed.place = places_above.place
  left join int_place_zones as inside
    on inside.zoning = places_above.zoning
    and inside.zone = places_above.zone
    and inside.place = places_above.place
  where listed.place is null and inside.place is null
),

int_place_relations as (
  select zoning, zone, place, 'inside' as relation
  from int_place_zones
  union all
  select zoning, zone, place, 'unknown' as relation
  from partly_inside
)

select * from int_place_relations
