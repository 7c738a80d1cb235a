-- one row: a form whose component an instrument would move in a zone in a quarter of the year
-- answers: how many form kg, how many SEK, and how well that is known
-- leaves out: the low and the high case. contributes: the component is above 0.0005 kg and counts for the rest
with instruments (instrument) as (
  values ('contract'), ('supply_dialogue'), ('production_investment'), ('development_contract')
),

components as (
  select
    gaps.quarter_index,
    gaps.zoning,
    gaps.zone,
    gaps.product_group,
    gaps.form,
    instruments.instrument,
    case instruments.instrument when 'production_investment' then gaps.product_group else gaps.form end as target,
    case instruments.instrument
      when 'contract' then gaps.procurable_kg
      when 'supply_dialogue' then gaps.diverted_gap_kg
      when 'production_investment' then gaps.production_gap_kg
      else gaps.chain_gap_kg
    end as form_kg,
    1e0 as part,
    true as is_counted
  from int_form_gaps as gaps
  cross join instruments
  where gaps.scenario = 'central' and gaps.has_demand
  union all
  select
    gaps.quarter_index,
    gaps.zoning,
    gaps.zone,
    gaps.product_group,
    gaps.form,
    'processing_investment' as instrument,
    steps.step as target,
    gaps.processing_gap_kg as form_kg,
    steps.lost_share as part,
    steps.processing_gap_kg > 5e-4 as is_counted
  from int_form_gaps as gaps
  join int_step_gaps as steps
    on steps.quarter_index = gaps.quarter_index
    and steps.zoning = gaps.zoning
    and steps.zone = gaps.zone
    and steps.product_group = gaps.product_group
    and steps.scenario = gaps.scenario
  where gaps.scenario = 'central' and gaps.has_demand and steps.lost_share > 0e0
),

int_opportunity_forms as (
  select
    components.zoning,
    components.zone,
    components.product_group,
    components.instrument,
    components.target,
    components.is_counted and components.form_kg > 5e-4 as contributes,
    components.form_kg * components.part * prices.sek_per_kg as sek,
    evidences.evidence
  from components
  join int_gap_evidence as evidences
    on evidences.quarter_index = components.quarter_index
    and evidences.zoning = components.zoning
    and evidences.zone = components.zone
    and evidences.product_group = components.product_group
    and evidences.form = components.form
  left join int_prices as prices
    on prices.product_group = components.product_group and prices.form = components.form
  where components.form_kg > 0e0
)

select * from int_opportunity_forms
