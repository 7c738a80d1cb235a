-- one row: a segment, or all, in a zone in which somebody served portions in the asked quarter
-- answers: how many portions the zone serves, in the quarter and a day
-- leaves out: zonings without gaps
with params (quarter) as (values (:quarter)),

served as (
  select
    zones.zoning,
    zones.zone,
    portions.segment,
    portions.portions,
    coalesce(portions.portions / nullif(1e0 * portions.serving_days, 0e0), 0e0) as portions_per_day
  from stg_portions as portions
  join int_place_zones as zones on zones.place = portions.place
  join int_quarters as quarters on quarters.quarter_index = portions.quarter_index
  where quarters.age = 0 and zones.has_gaps
),

totals as (
  select zoning, zone, segment, sum(portions) as portions, sum(portions_per_day) as portions_per_day
  from served
  group by grouping sets ((zoning, zone, segment), (zoning, zone))
),

servings as (
  select
    params.quarter,
    totals.zoning,
    totals.zone,
    coalesce(totals.segment, 'all') as segment,
    totals.portions,
    totals.portions_per_day
  from totals
  cross join params
)

select * from servings
