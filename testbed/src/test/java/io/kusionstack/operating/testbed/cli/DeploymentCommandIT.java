package io.kusionstack.operating.testbed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class DeploymentCommandIT {
    @Test
    void bringsADeploymentUpAndRollsIt() {
        StringWriter out = new StringWriter();

        int exit = Testbed.commandLine()
                .setOut(new PrintWriter(out))
                .execute("demo", "deployment", "--nodes", "1", "--pods", "2");

        assertThat(out.toString())
                .contains("1 nodes are Ready")
                .containsPattern("web-\\w+-\\w+ +node-0 +Running +web:v1 +Ready")
                .contains("All Pods run web:v1 and are Ready")
                .containsPattern("web-\\w+-\\w+ +node-0 +Terminating +web:v1")
                .contains("All Pods run web:v2 and are Ready");
        assertThat(exit).isZero();
    }
}
