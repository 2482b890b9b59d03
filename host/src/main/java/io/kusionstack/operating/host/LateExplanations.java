package io.kusionstack.operating.host;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.ops.Explanations;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.SetExplanation;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Explanations of rooms that are not there before the API server is; until then nothing is known. */
record LateExplanations(Supplier<Optional<Explanations>> rooms, Supplier<List<PluginState>> states)
        implements Explanations {
    @Override
    public Optional<Explanation> pod(Key pod) {
        return rooms.get().flatMap(known -> known.pod(pod));
    }

    @Override
    public List<PluginState> plugins() {
        return states.get();
    }

    @Override
    public Optional<SetExplanation> set(Key set) {
        return rooms.get().flatMap(known -> known.set(set));
    }
}
