package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import io.kusionstack.operating.plugin.traffic.TrafficProvider;
import java.util.List;
import org.pf4j.Extension;

/** The traffic plugin {@code slb}. */
@Extension
public final class SlbProvider implements TrafficProvider<SlbSettings> {
    @Override
    public String name() {
        return "slb";
    }

    @Override
    public Class<SlbSettings> configType() {
        return SlbSettings.class;
    }

    @Override
    public TrafficControl create(SlbSettings config, PluginContext context) throws InvalidConfigException {
        List<String> problems = config.problems();
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(problems);
        }
        return new SlbTraffic(
                config,
                new SdkSlbApi(config, context),
                new ClusterReads(config.cluster(), context.kubernetes()),
                context.clock());
    }
}
