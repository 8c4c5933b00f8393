// The order of the specs: scenarios first, for they take longest and the last one would be waited for alone.
import Sequencer from '@jest/test-sequencer';

export default class ScenariosFirst extends Sequencer {
  sort(tests) {
    const inUsualOrder = super.sort(tests);
    const isScenario = ({ path }) => path.endsWith('.e2e-spec.ts');
    return [...inUsualOrder.filter(isScenario), ...inUsualOrder.filter((test) => !isScenario(test))];
  }
}
