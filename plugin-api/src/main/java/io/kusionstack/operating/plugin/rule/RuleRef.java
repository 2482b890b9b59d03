package io.kusionstack.operating.plugin.rule;

/**
 * A PodTransitionRule: the object in the cluster that has the rule.
 *
 * @param namespace of the object and of its Pods
 * @param uid of the object; one that is created again under its name has another
 * @param generation of its spec
 */
public record RuleRef(String namespace, String name, String uid, long generation) {}
