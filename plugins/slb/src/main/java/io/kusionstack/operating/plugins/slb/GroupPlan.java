package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.Progress;
import java.util.ArrayList;
import java.util.List;

/** What is to be written to one group in one call, by kind. Of one call, on its thread. */
final class GroupPlan {
    private final String group;
    private final List<Item> drains = new ArrayList<>();
    private final List<Item> removals = new ArrayList<>();
    private final List<Item> replacements = new ArrayList<>();
    private final List<Item> additions = new ArrayList<>();
    private final List<Item> corrections = new ArrayList<>();

    GroupPlan(String group) {
        this.group = group;
    }

    void add(Backend backend, Step step) {
        switch (step) {
            case Step.Rest(Progress progress) -> throw new IllegalArgumentException("nothing to write: " + progress);
            case Step.Drain(Server server) -> drains.add(new Item(backend, server));
            case Step.Remove(Server server) -> removals.add(new Item(backend, server));
            case Step.Replace(Server server) -> replacements.add(new Item(backend, server));
            case Step.Add(Server server) -> additions.add(new Item(backend, server));
            case Step.Correct(Server server) -> corrections.add(new Item(backend, server));
        }
    }

    void takeOff(GroupWriter writer, SlbApi api) {
        // soon: the drain counts from when the host sees that it began
        writer.write(group, drains, api::set, Progress.Pending.draining(ChangePlanner.SOON));
        writer.write(group, removals, api::remove, new Progress.Done());
        writer.write(group, replacements, api::remove, new Progress.Pending("InterfaceChanged", ChangePlanner.SOON));
    }

    void putOn(GroupWriter writer, SlbApi api) {
        writer.write(group, corrections, api::set, new Progress.Done());
        writer.write(group, additions, api::add, new Progress.Done());
    }
}
