-- one row: where a place's purchases came from, seen from its zone in one zoning
-- answers: whether the raw material grew, and was processed, inside the zone, outside it or we know not where
-- leaves out: zonings that have no zone for the place
with origins as (
  select distinct place, origin, grown_place, processed_place
  from stg_purchases
),

int_purchase_origins as (
  select
    zones.zoning,
    zones.zone,
    origins.place,
    origins.origin,
    case when origins.grown_place is null then 'unknown' else coalesce(grown.relation, 'outside') end as grown,
    case
      when origins.processed_place is null then 'unknown'
      else coalesce(processed.relation, 'outside')
    end as processed
  from origins
  join int_place_zones as zones on zones.place = origins.place
  left join int_place_relations as grown
    on grown.zoning = zones.zoning and grown.zone = zones.zone and grown.place = origins.grown_place
  left join int_place_relations as processed
    on processed.zoning = zones.zoning
    and processed.zone = zones.zone
    and processed.place = origins.processed_place
)

select * from int_purchase_origins
