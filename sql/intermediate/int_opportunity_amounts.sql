-- one row: an instrument and its target in a zone in a quarter of the year, in one case
-- answers: how many kg it would move, in the instrument's own unit
-- leaves out: what would move nothing, and quarters without demand in that case
with instruments (instrument) as (values ('contract'), ('supply_dialogue'), ('development_contract')),

of_forms as (
  select
    gaps.quarter_index,
    gaps.cell,
    gaps.scenario,
    instruments.instrument,
    gaps.form as target,
    case instruments.instrument
      when 'contract' then gaps.procurable_kg
      when 'supply_dialogue' then gaps.diverted_gap_kg
      else gaps.chain_gap_kg
    end as kg
  from int_form_gaps as gaps
  cross join instruments
  where gaps.has_demand
),

amounts as (
  select quarter_index, cell, scenario, instrument, target, kg
  from of_forms
  union all
  select
    balances.quarter_index,
    balances.cell,
    balances.scenario,
    'production_investment' as instrument,
    cells.product_group as target,
    balances.production_gap_kg as kg
  from int_zone_balances as balances
  join int_cells as cells on cells.cell = balances.cell
  where balances.has_demand
  union all
  select
    losses.quarter_index,
    losses.cell,
    losses.scenario,
    'processing_investment' as instrument,
    losses.step as target,
    steps.yield * losses.processing_gap_kg as kg
  from int_step_losses as losses
  join int_cell_steps as steps on steps.cell = losses.cell and steps.step = losses.step
  where losses.has_demand
),

int_opportunity_amounts as (
  select quarter_index, cell, scenario, instrument, target, kg
  from amounts
  where kg > 0e0
)

select * from int_opportunity_amounts
