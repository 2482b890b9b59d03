package io.kusionstack.operating.house;

import com.sun.source.tree.CatchTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.UnionTypeTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Everything is caught where a failure of anything must not end the process, and nowhere else. On the source, because
 * in bytecode every try-with-resources catches Throwable.
 */
final class Catches {

    private static final Set<String> EVERYTHING =
            Set.of("Exception", "Throwable", "java.lang.Exception", "java.lang.Throwable");
    private static final List<String> PLACES = List.of(
            "operating/host/kernel/Controller.java",
            "operating/host/plugins/RunningCall.java",
            "operating/host/Main.java");

    private Catches() {}

    static List<Finding> findings(JavaSource source) {
        List<Finding> findings = new ArrayList<>();
        if (source.isMain() && PLACES.stream().noneMatch(source.path()::endsWith)) {
            new Blocks(source, findings).scan(source.tree(), null);
        }
        return findings;
    }

    private static final class Blocks extends TreeScanner<Void, Void> {

        private final JavaSource source;
        private final List<Finding> findings;

        Blocks(JavaSource source, List<Finding> findings) {
            this.source = source;
            this.findings = findings;
        }

        @Override
        public Void visitCatch(CatchTree block, Void nothing) {
            Tree type = block.getParameter().getType();
            List<? extends Tree> types =
                    type instanceof UnionTypeTree union ? union.getTypeAlternatives() : List.of(type);
            types.stream()
                    .map(Tree::toString)
                    .filter(EVERYTHING::contains)
                    .forEach(
                            caught -> findings.add(
                                    source.finding(
                                            block,
                                            "catch " + caught,
                                            "Only Controller, RunningCall and Main catch everything; name the exceptions you can handle")));
            return super.visitCatch(block, nothing);
        }
    }
}
