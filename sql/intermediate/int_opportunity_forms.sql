-- one row: a form whose component an instrument would move in a zone in a quarter of the year
-- answers: how many SEK that is worth, and how well it is known
-- leaves out: the low and the high case. contributes: the component is above 0.0005 kg and counts for the rest
with instruments (instrument) as (
  values ('contract'), ('supply_dialogue'), ('production_investment'), ('development_contract')
),

components as (
  select
    gaps.quarter_index,
    gaps.cell,
    gaps.form,
    instruments.instrument,
    gaps.form as target,
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
    gaps.cell,
    gaps.form,
    'processing_investment' as instrument,
    losses.step as target,
    gaps.processing_gap_kg as form_kg,
    losses.lost_share as part,
    losses.processing_gap_kg > 5e-4 as is_counted
  from int_form_gaps as gaps
  join int_step_losses as losses
    on losses.quarter_index = gaps.quarter_index and losses.cell = gaps.cell and losses.scenario = gaps.scenario
  where gaps.scenario = 'central' and gaps.has_demand and losses.lost_share > 0e0
),

int_opportunity_forms as (
  select
    components.cell,
    components.instrument,
    case components.instrument
      when 'production_investment' then cells.product_group
      else components.target
    end as target,
    components.is_counted and components.form_kg > 5e-4 as contributes,
    components.form_kg * components.part * prices.sek_per_kg as sek,
    evidences.evidence
  from components
  join int_cells as cells on cells.cell = components.cell
  join int_gap_evidence as evidences
    on evidences.quarter_index = components.quarter_index
    and evidences.cell = components.cell
    and evidences.form = components.form
  left join int_prices as prices
    on prices.product_group = cells.product_group and prices.form = components.form
  where components.form_kg > 0e0
)

select * from int_opportunity_forms
