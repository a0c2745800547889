import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.naming.NamingService;
import com.alibaba.nacos.api.naming.pojo.Instance;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/**
 * Registers instances with Nacos's own client, and keeps them registered until its input ends.
 *
 * <p>Arguments: address, namespace, user, password (the last three may be empty). Input, a line each, its words separated by tabs:
 * {@code register GROUP SERVICE IP PORT CLUSTER WEIGHT ENABLED EPHEMERAL KEY=VALUE…} or {@code deregister GROUP SERVICE IP PORT CLUSTER}.
 * Each is answered with {@code done}, or with what went wrong.
 */
public final class Register {
  private Register() {}

  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("serverAddr", arguments[0]);
    String[] keys = {"namespace", "username", "password"};
    for (int i = 0; i < keys.length; i++) {
      if (!arguments[i + 1].isEmpty()) {
        properties.setProperty(keys[i], arguments[i + 1]);
      }
    }
    NamingService naming = NacosFactory.createNamingService(properties);
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      try {
        carryOut(naming, line.split("\t"));
        System.out.println("done");
      } catch (Exception error) {
        System.out.println("failed: " + error);
      }
      System.out.flush();
    }
    naming.shutDown();
    System.exit(0);
  }

  private static void carryOut(NamingService naming, String[] words) throws Exception {
    if (words[0].equals("deregister")) {
      naming.deregisterInstance(words[2], words[1], words[3], Integer.parseInt(words[4]), words[5]);
      return;
    }
    Instance instance = new Instance();
    instance.setIp(words[3]);
    instance.setPort(Integer.parseInt(words[4]));
    instance.setClusterName(words[5]);
    instance.setWeight(Double.parseDouble(words[6]));
    instance.setEnabled(Boolean.parseBoolean(words[7]));
    instance.setEphemeral(Boolean.parseBoolean(words[8]));
    for (int i = 9; i < words.length; i++) {
      String[] pair = words[i].split("=", 2);
      instance.addMetadata(pair[0], pair[1]);
    }
    naming.registerInstance(words[2], words[1], instance);
  }
}
