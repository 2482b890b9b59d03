package io.kusionstack.operating.host.ops;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.Explanation;
import io.kusionstack.operating.host.plan.SetExplanation;
import io.kusionstack.operating.host.plugins.PluginHost.PluginState;
import java.util.List;
import java.util.Optional;

/** Why things wait, asked from the rooms that know. Any thread; must not block. */
public interface Explanations {
    /** Empty if the host knows no such Pod. */
    Optional<Explanation> pod(Key pod);

    /** Empty if the host knows no such CollaSet. */
    Optional<SetExplanation> set(Key set);

    /** Every jar in the folder of the plugins. */
    default List<PluginState> plugins() {
        return List.of();
    }
}
