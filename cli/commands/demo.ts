import { type Command, EXIT } from '../command.ts'

export const demo: Command = {
  name: 'demo',
  summary: 'lands the bundled figures of Västerbotten, analyses them and says what a strategist asks first',
  arguments: '[--example-purchases]',
  positionals: [0, 0],
  options: {
    'example-purchases': {
      type: 'boolean',
      help: 'with invented purchase lines, which every output then says',
    },
  },
  examples: ['skafferi demo', 'skafferi demo --lake ./lake-example --example-purchases'],
  async run() {
    return EXIT.done
  },
}
