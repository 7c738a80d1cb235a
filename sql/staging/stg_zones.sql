-- one row: a place listed in a zone
-- answers: which places a zone lists
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'zones'
),

stg_zones as (
  select
    zones.zoning,
    zones.zone,
    zones.place,
    zones.name_sv,
    zones.name_en
  from zones
  join effective on effective.row_name = zones.delivery
)

select * from stg_zones
