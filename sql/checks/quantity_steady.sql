-- one row: a producer's or processor's quantity that is over ten times the quarter before or under a tenth of it
-- answers: where kg and tonnes, or a quarter and a year, may have been mixed up; a delivery of each of the two quarters
-- leaves out: what was or is 0. What was produced is looked at where what was on offer keeps steady
with params (quarter, quarter_index) as (values (:quarter, :quarter_index)),

stated as (
  select
    delivery as row_name, 'available_kg' as kind, producer as actor, place, product_group, '' as step,
    available_kg as offered_kg, coalesce(produced_kg, available_kg) as produced_kg
  from production
  where year between :first_year and :last_year
  union all
  select
    delivery as row_name, 'capacity_kg' as kind, processor as actor, place, product_group, step,
    capacity_kg as offered_kg, capacity_kg as produced_kg
  from processing
  where year between :first_year and :last_year
),

quantities as (
  select
    inputs.delivery, stated.kind, stated.actor, stated.place, stated.product_group, stated.step,
    inputs.quarter_index = params.quarter_index as is_asked,
    cast(stated.offered_kg as double) as offered_kg,
    cast(stated.produced_kg as double) as produced_kg
  from stated
  join inputs on inputs.row_name = stated.row_name
  join params on inputs.quarter_index between params.quarter_index - 1 and params.quarter_index
),

sums as (
  select
    delivery, kind, actor, place, product_group, step,
    sum(case when is_asked then offered_kg else 0e0 end)
      over (partition by kind, actor, place, product_group, step) as offered_kg,
    sum(case when is_asked then 0e0 else offered_kg end)
      over (partition by kind, actor, place, product_group, step) as offered_before_kg,
    sum(case when is_asked then produced_kg else 0e0 end)
      over (partition by kind, actor, place, product_group, step) as produced_kg,
    sum(case when is_asked then 0e0 else produced_kg end)
      over (partition by kind, actor, place, product_group, step) as produced_before_kg
  from quantities
),

judged as (
  select
    delivery, kind, actor, place, product_group, step,
    offered_kg, offered_before_kg, produced_kg, produced_before_kg,
    offered_kg > 5e-4 and offered_before_kg > 5e-4 and (
      offered_kg > (10e0 + 1e-9) * offered_before_kg or (10e0 + 1e-9) * offered_kg < offered_before_kg
    ) as offer_jumps,
    produced_kg > 5e-4 and produced_before_kg > 5e-4 and (
      produced_kg > (10e0 + 1e-9) * produced_before_kg or (10e0 + 1e-9) * produced_kg < produced_before_kg
    ) as production_jumps
  from sums
),

quantity_steady as (
  select distinct
    'warning' as severity,
    params.quarter,
    cast(null as varchar) as zoning,
    cast(null as varchar) as zone,
    judged.place,
    judged.product_group,
    nullif(judged.step, '') as item,
    judged.actor,
    case when judged.offer_jumps then judged.kind else 'produced_kg' end as kind,
    case when judged.offer_jumps then judged.offered_kg else judged.produced_kg end as found,
    case when judged.offer_jumps then judged.offered_before_kg else judged.produced_before_kg end as bound,
    case when judged.kind = 'capacity_kg' then 'kg' else 'raw kg' end as unit,
    judged.delivery
  from judged
  cross join params
  where judged.offer_jumps or judged.production_jumps
)

select * from quantity_steady
